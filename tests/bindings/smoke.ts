/**
 * The scenarios that run in Chromium in each test run. They are those in which a real browser could differ from happy-dom: in
 * frames, hidden pages, body streams and the order of effects. `npm run test:long` runs all scenarios in Chromium.
 */
export const smoke = [
  'mounts-once',
  'mounts-twice',
  'mounts-in-two-tabs',
  'remounts-in-mid-stream',
  'remounts-at-once',
  'initial-is-read-on',
  'fetch-without-body-streams',
  'fetch-without-body-streams-of-keepstream',
  'renders-once-a-frame',
  'renders-in-a-hidden-tab',
  'renders-at-once',
  'inline-is-fine',
  'leaves-in-mid-stream',
  'leaves-in-its-tick',
  'stops',
  'error-and-retry',
  'driver-is-stuck',
  'id-changes',
  'order-of-a-drive',
  'makes-its-client-inline',
  'exact-text',
  'smooth-even-pace',
  'smooth-hidden',
  'smooth-renders-once-a-frame',
  'random-life',
] as const
