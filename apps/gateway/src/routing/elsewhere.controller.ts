import { All, Controller } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { DomainError } from '@agion/service-kit';

/**
 * Whatever no other handler takes. The guard asks the route table before this is reached, so a path that is there only with another
 * method is answered 405 also where the gateway answers itself.
 */
@ApiExcludeController()
@Controller()
export class ElsewhereController {
  @All('*')
  answer(): never {
    throw new DomainError('not-found', 'no route has this path');
  }
}
