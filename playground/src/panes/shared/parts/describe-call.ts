import { type DynamicToolPart, json, type Part, type ToolPart } from '@keepstream/core/fold'
import type { SearchHit, SearchInput } from '../../../../shared/search-call'

export type CallPart = ToolPart | DynamicToolPart

export interface ShownCall {
  readonly name: string
  readonly state: 'running' | 'done' | 'failed' | 'unfinished'
  /** The state for the user. */
  readonly word: string
  readonly query: string | undefined
  /** `undefined` while there is no result. */
  readonly hits: readonly SearchHit[] | undefined
  readonly error: string | undefined
}

export function isCall(part: Part): part is CallPart {
  return part.type === 'dynamic-tool' || part.type.startsWith('tool-')
}

/**
 * Describes a tool call for the page.
 *
 * @param isGrowing more of the answer may come. If not, a call without a result will never have one.
 */
export function describeCall(part: CallPart, isGrowing: boolean): ShownCall {
  const state = stateOf(part, isGrowing)
  return {
    name: 'toolName' in part ? part.toolName : part.type.slice('tool-'.length),
    state,
    word: words[state],
    query: queryOf(part),
    hits: part.state === 'output-available' ? hitsIn(part.output) : undefined,
    error: part.errorText,
  }
}

const words = { running: 'Running', done: 'Done', failed: 'Failed', unfinished: 'Unfinished' } as const

function stateOf({ state }: CallPart, isGrowing: boolean): ShownCall['state'] {
  if (state === 'output-available') return 'done'
  if (state === 'output-error' || state === 'output-denied') return 'failed'
  return isGrowing ? 'running' : 'unfinished'
}

const partialInput = json<SearchInput>()

/** The query as far as it is written. */
function queryOf({ input, rawInput }: CallPart): string | undefined {
  const known = input ?? (typeof rawInput === 'string' ? partialInput.ofText(rawInput) : undefined)
  const query = (known as Partial<SearchInput> | undefined)?.query
  return typeof query === 'string' ? query : undefined
}

/** Everyone who can write to the store can write a result. So only sections of the documentation become links. */
function hitsIn(output: unknown): SearchHit[] {
  return Array.isArray(output) ? output.filter(isHit) : []
}

function isHit(hit: Partial<SearchHit> | null): hit is SearchHit {
  return (
    typeof hit?.heading === 'string' &&
    typeof hit.file === 'string' &&
    typeof hit.url === 'string' &&
    hit.url.startsWith('/library/')
  )
}
