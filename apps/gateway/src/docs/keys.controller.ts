import { createPublicKey } from 'node:crypto';
import { Controller, Get, Header } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { calculateJwkThumbprint, exportJWK, type JWK } from 'jose';
import { parsePrivateKey } from '@agion/service-kit';
import { GatewaySettings } from '../gateway.config.js';

export class KeySetDto {
  @ApiProperty({
    type: 'array',
    items: { type: 'object', additionalProperties: true },
    example: [{ kty: 'OKP', crv: 'Ed25519', x: '…', kid: '…', alg: 'EdDSA', use: 'sig' }],
  })
  keys!: JWK[];
}

/** The public keys policy bundles are signed with, as a JWK Set (RFC 7517, RFC 8037). */
@ApiTags('platform')
@Controller('.well-known')
export class KeysController {
  private readonly keySet: Promise<KeySetDto>;

  constructor(settings: GatewaySettings) {
    this.keySet = keySetOf(settings.bundleKey);
    this.keySet.catch(() => undefined); // told to whoever asks
  }

  @Get('agion-keys')
  @Header('cache-control', 'public, max-age=300')
  @ApiOperation({ summary: 'Public keys of signed policy bundles', operationId: 'getKeys' })
  @ApiOkResponse({ type: KeySetDto })
  keys(): Promise<KeySetDto> {
    return this.keySet;
  }
}

async function keySetOf(bundleKey: string | undefined): Promise<KeySetDto> {
  if (bundleKey === undefined) return { keys: [] };
  const key = await exportJWK(createPublicKey(parsePrivateKey(bundleKey)));
  return { keys: [{ ...key, kid: await calculateJwkThumbprint(key), alg: 'EdDSA', use: 'sig' }] };
}
