/** Plans that follow the indexes: the tables are small when the first plan is made, and large when it is used. */
export const PLANS =
  'SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off';
