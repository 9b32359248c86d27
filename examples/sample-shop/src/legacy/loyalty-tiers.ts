/** Points needed for each tier of the programme that ended in 2024. */
export const LOYALTY_TIERS = [
  { name: 'bronze', points: 0 },
  { name: 'silver', points: 500 },
  { name: 'gold', points: 2_000 },
] as const;
