import type { Endpoint } from './endpoint'

type Environment = Readonly<Record<string, string | undefined>>

const documentationInstead = 'or leave OPENAI_BASE_URL out to answer from the documentation'

/**
 * Reads OPENAI_BASE_URL, OPENAI_API_KEY and OPENAI_MODEL. Without the URL the others are ignored, because many shells have a
 * key for something else, and the playground must not cost money by surprise.
 */
export function readEndpoint(env: Environment): Endpoint | undefined {
  const baseUrl = variable(env, 'OPENAI_BASE_URL')
  if (baseUrl === undefined) return undefined
  return {
    baseUrl: checkUrl(baseUrl),
    apiKey: needed(env, 'OPENAI_API_KEY', 'the key of the endpoint (any word, if it asks for none)'),
    model: needed(env, 'OPENAI_MODEL', 'the name of a model that the endpoint offers'),
  }
}

/** The notice for a user who has set only a part of these variables, so that they are not used. */
export function endpointNotice(env: Environment): string | undefined {
  if (variable(env, 'OPENAI_BASE_URL') !== undefined) return undefined
  const unused = ['OPENAI_API_KEY', 'OPENAI_MODEL'].filter((name) => variable(env, name) !== undefined)
  if (unused.length === 0) return undefined
  return `${unused.join(' and ')} without OPENAI_BASE_URL: not used. To have a model answer, set all three.`
}

function variable(env: Environment, name: string): string | undefined {
  return env[name]?.trim() || undefined
}

function needed(env: Environment, name: string, what: string): string {
  const value = variable(env, name)
  if (value !== undefined) return value
  throw new Error(
    `The playground needs ${name}, because OPENAI_BASE_URL is set. Set it to ${what}, ${documentationInstead}.`,
  )
}

function checkUrl(baseUrl: string): string {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined
  if (url?.username || url?.password) {
    throw new Error(
      'The playground cannot use a user or a password in OPENAI_BASE_URL. Give the key as OPENAI_API_KEY alone.',
    )
  }
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return baseUrl
  throw new Error(
    `The playground cannot use OPENAI_BASE_URL=${baseUrl}. Set it to a URL such as https://api.openai.com/v1, ${documentationInstead}.`,
  )
}
