/**
 * Preloaded into a process: each SIGUSR2 sets its wall clock forward by `CLOCK_STEP_MS`, as NTP or a virtual machine that is
 * resumed does. The monotonic clock and the timers go on as they were.
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
