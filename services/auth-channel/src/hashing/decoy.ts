/** Verified in place of a name that does not exist, so that it takes as long as a wrong password: the hash of 32 random bytes nobody kept. */
export const DECOY_HASH =
  '$argon2id$v=19$m=19456,t=2,p=1$0vpTHzMOACxOnkMJ7/fd/A$uMpgelVCk5K6mTmswZ5tWdPoANEgcZL2n26f1eEWYZk';
