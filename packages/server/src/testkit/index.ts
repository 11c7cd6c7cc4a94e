export { storeTestKit } from './store-test-kit'
export type { StoreTarget, StoreTestCase, StoreTestKitOptions } from './types'
