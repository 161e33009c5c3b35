import { equalBytes } from '../bytes.js';
import { VesicaError } from '../errors.js';
import type { MessageOf } from './codec/index.js';
import { PROTOCOL_VERSIONS } from './session-types.js';

/**
 * Checks the peer's greeting: a version that this code speaks, and the key that the channel proved, if it proved one.
 *
 * @throws VesicaError `agreement/unsupported-version` or `transport/wrong-peer`.
 */
export function requireExpectedPeer(hello: MessageOf<'hello'>, peerKey: Uint8Array | undefined): void {
  if (!hello.versions.some((version) => (PROTOCOL_VERSIONS as readonly number[]).includes(version))) {
    throw new VesicaError(
      'agreement/unsupported-version',
      `the peer speaks protocol versions ${hello.versions.join(', ')}, this side ${PROTOCOL_VERSIONS.join(', ')}`,
      { field: 'versions' },
    );
  }
  if (peerKey !== undefined && !equalBytes(peerKey, hello.key)) {
    throw new VesicaError(
      'transport/wrong-peer',
      'the peer greets with another key than its certificate has',
      {
        field: 'key',
      },
    );
  }
}
