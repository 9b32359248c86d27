/**
 * Plans that follow the indexes, since tables are small when a plan is made and large when it is used; made once for a
 * connection, since making them takes longer than following them. No bitmaps: those visit dead entries again and again.
 */
export const PLANS =
  'SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET enable_bitmapscan = off SET jit = off SET plan_cache_mode = force_generic_plan';
