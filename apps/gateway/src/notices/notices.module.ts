import { Module } from '@nestjs/common';
import { OrganizationNotices } from './organization-notices.consumer.js';

/** One ear for the notices of all organizations. */
@Module({ providers: [OrganizationNotices], exports: [OrganizationNotices] })
export class NoticesModule {}
