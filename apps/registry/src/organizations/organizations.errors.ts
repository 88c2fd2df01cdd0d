import { DomainError, ForbiddenError } from '@agion/service-kit';

export class OrganizationNotFoundError extends DomainError {
  constructor(slug: string) {
    super('not-found', `there is no organization \`${slug}\``);
  }
}

export class OrganizationExistsError extends DomainError {
  constructor(slug: string) {
    super('conflict', `there is an organization \`${slug}\``, { hint: 'choose another slug' });
  }
}

export class PlatformSettingError extends ForbiddenError {
  constructor(names: readonly string[]) {
    super(
      `\`${names.join('`, `')}\` can be changed by admins of the platform only`,
      'leave them out, or ask an admin of the organization `default`',
    );
  }
}
