#!/usr/bin/env node
import { loadConfig } from './config.ts';
import { createShop } from './index.ts';
import { startNightlyJobs } from './jobs/scheduler.ts';

const config = loadConfig(process.env);
const shop = createShop();
const stopJobs = startNightlyJobs(shop.database, { hour: config.nightlyHour });

shop.server.listen(config.port, () => {
  console.log(`The shop listens on port ${config.port}.`);
});

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    stopJobs();
    shop.close().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  });
}
