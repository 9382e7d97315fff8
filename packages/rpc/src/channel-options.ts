const MESSAGE_LIMIT_BYTES = 8 * 1024 * 1024;

export const messageLimits = {
  'grpc.max_receive_message_length': MESSAGE_LIMIT_BYTES,
  'grpc.max_send_message_length': MESSAGE_LIMIT_BYTES,
};

/** A peer that was killed serves again within a second of its return; one that froze is noticed by pings. */
export const clientOptions = {
  ...messageLimits,
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 1_000,
  'grpc.keepalive_time_ms': 10_000,
  'grpc.keepalive_timeout_ms': 3_000,
};
