export { type SmoothOptions, smooth } from './smooth'
export type { SmoothEnvironment } from './smooth-environment'
