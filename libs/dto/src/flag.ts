import { Transform } from 'class-transformer';

/** `?flag=true` and `?flag=false`; everything else stays what it is and is refused. */
export const Flag = (): PropertyDecorator =>
  Transform(({ obj, key }: { obj: Record<string, unknown>; key: string }) =>
    obj[key] === 'true' ? true : obj[key] === 'false' ? false : obj[key],
  );
