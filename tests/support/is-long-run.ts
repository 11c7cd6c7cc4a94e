/** Whether `npm run test:long` runs the tests, which then try all of what is slow. */
export const isLongRun = Number(process.env['RUNS_FACTOR'] ?? 1) > 1
