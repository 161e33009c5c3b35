const MIB = 1024 * 1024;

/** Bounds of one channel. Worst-case memory: inbound + outbound + three frames. */
export interface ChannelLimits {
  /** Longest frame, in bytes, that is sent or taken. Checked on the length field, before memory is set aside. */
  readonly maxFrameBytes: number;
  /** `send` waits while more than this many bytes are queued to go out. */
  readonly maxOutboundBytes: number;
  /** Reading from the peer stops while more than this many bytes wait to be taken. */
  readonly maxInboundBytes: number;
  /**
   * A peer from which not one byte came for this long is gone. Heartbeats keep a slow peer alive, so this is not a
   * limit on how long it may work. Noticed within 1.25 times this time.
   */
  readonly silenceTimeoutMs: number;
  /** How long `close` waits for the peer to take what is queued and to answer. */
  readonly closeTimeoutMs: number;
}

/** Any of the bounds; the others keep their default. */
export type ChannelOptions = Partial<ChannelLimits>;

export const DEFAULT_LIMITS: ChannelLimits = {
  // The largest protocol message is 1 MiB of elements and its envelope.
  maxFrameBytes: MIB + 64 * 1024,
  maxOutboundBytes: 4 * MIB,
  maxInboundBytes: 4 * MIB,
  // A partner whose machine stands still for half a minute, as while it is moved or copied, is not gone.
  silenceTimeoutMs: 60_000,
  closeTimeoutMs: 10_000,
};

/** The bounds in force under `options`. */
export function channelLimits(options: ChannelOptions): ChannelLimits {
  return {
    maxFrameBytes: options.maxFrameBytes ?? DEFAULT_LIMITS.maxFrameBytes,
    maxOutboundBytes: options.maxOutboundBytes ?? DEFAULT_LIMITS.maxOutboundBytes,
    maxInboundBytes: options.maxInboundBytes ?? DEFAULT_LIMITS.maxInboundBytes,
    silenceTimeoutMs: options.silenceTimeoutMs ?? DEFAULT_LIMITS.silenceTimeoutMs,
    closeTimeoutMs: options.closeTimeoutMs ?? DEFAULT_LIMITS.closeTimeoutMs,
  };
}
