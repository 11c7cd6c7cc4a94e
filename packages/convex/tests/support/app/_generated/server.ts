import {
  type DataModelFromSchemaDefinition,
  type HttpActionBuilder,
  httpActionGeneric,
  type MutationBuilder,
  mutationGeneric,
  type QueryBuilder,
  queryGeneric,
} from 'convex/server'
import type schema from '../schema'

/** What `convex codegen` would write, had this app a deployment to ask. */
type DataModel = DataModelFromSchemaDefinition<typeof schema>

export const query = queryGeneric as QueryBuilder<DataModel, 'public'>
export const mutation = mutationGeneric as MutationBuilder<DataModel, 'public'>
export const httpAction = httpActionGeneric as HttpActionBuilder
