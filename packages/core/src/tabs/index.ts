export type { ChannelLike, LockManagerLike, TabsEnvironment } from './environment'
export { type ShareTabsOptions, shareTabs } from './share-tabs'
