/**
 * The scenarios that the test command runs once more in Chromium, with React 18 and with Svelte 4. They are those that could
 * differ there: in frames, hidden pages, body streams, and the order of mounts and effects. `npm run test:long` runs all
 * scenarios there too.
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
  'provider-gives-client',
  'no-client',
  'ends-once',
  'end-throws',
  'exact-text',
  'smooth-even-pace',
  'smooth-hidden',
  'smooth-renders-once-a-frame',
  'fold-grows',
  'random-life',
] as const
