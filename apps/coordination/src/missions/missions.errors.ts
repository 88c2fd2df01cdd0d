import { DomainError } from '@agion/service-kit';

export class MissionNotFoundError extends DomainError {
  constructor(id: string) {
    super('mission-not-found', `there is no mission \`${id.slice(0, 64)}\``);
  }
}
