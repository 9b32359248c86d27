import { LOYALTY_TIERS } from './loyalty-tiers.ts';

const points = Number(process.argv[2] ?? 0);
const tier = LOYALTY_TIERS.findLast((one) => points >= one.points);
console.log(`With ${points} points you are a ${tier?.name ?? 'new'} member.`);
