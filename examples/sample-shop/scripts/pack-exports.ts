/** Packs the exports of a partner and says what is inside. */
import { execSync } from 'node:child_process';
import { listArchive, packExports } from '../src/reports/export-files.ts';

const [partner = 'all', since = '7.days'] = process.argv.slice(2);
const revision = execSync('git rev-parse --short HEAD').toString().trim();
const changes = execSync('git log --oneline --since=' + since).toString();
const archive = await packExports('exports', partner);
const files = await listArchive(archive);
console.log(`${archive} at ${revision}: ${files.length} files\n${changes}`);
