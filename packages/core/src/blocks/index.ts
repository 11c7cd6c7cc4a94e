export { type BlocksOptions, blocks } from './blocks'
export type { Block } from './parse-blocks'
export { type Section, sections } from './sections'
