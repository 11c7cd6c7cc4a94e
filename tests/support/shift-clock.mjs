/**
 * Preloaded into a process. Each SIGUSR2 sets its wall clock forward by `CLOCK_STEP_MS`, as NTP or a resumed virtual
 * machine does. The monotonic clock and the timers do not change.
 */
const stepMs = Number(process.env['CLOCK_STEP_MS'])
const now = Date.now
let aheadMs = 0
Date.now = () => now() + aheadMs
let steps = 0
process.on('SIGUSR2', () => {
  aheadMs += stepMs
  console.log(`clock set ${++steps}`)
})
