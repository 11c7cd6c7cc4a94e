import { describe, expect, it } from 'vitest'
import { parseRoute, routePath } from '../src/route/route'

const byReact = { driver: 'react', follower: 'react' } as const

describe('routes', () => {
  it('name a conversation and how it is seen', () => {
    expect(parseRoute('/')).toEqual({ chatId: undefined, isLone: false, frameworks: byReact })
    expect(parseRoute('/c/a_-1')).toEqual({ chatId: 'a_-1', isLone: false, frameworks: byReact })
    expect(parseRoute('/c/a_-1?view=follower')).toEqual({ chatId: 'a_-1', isLone: true, frameworks: byReact })
    expect(parseRoute('/c/a/b')).toEqual({ chatId: undefined, isLone: false, frameworks: byReact })
  })

  it('name the framework of each pane, React if the name is unknown', () => {
    expect(parseRoute('/?driver=svelte').frameworks).toEqual({ driver: 'svelte', follower: 'react' })
    expect(parseRoute('/?driver=jquery&follower=svelte').frameworks).toEqual({ driver: 'react', follower: 'svelte' })
    for (const name of ['', 'Svelte', 'constructor', '__proto__']) {
      expect(parseRoute(`/?driver=${name}`).frameworks, name).toEqual(byReact)
    }
  })

  it('are written as they are read, without default values', () => {
    for (const path of ['/', '/c/a', '/?driver=svelte', '/c/a?view=follower&driver=svelte&follower=svelte']) {
      expect(routePath(parseRoute(path))).toBe(path)
    }
    expect(routePath(parseRoute('/c/a?driver=react&follower=nobody'))).toBe('/c/a')
  })
})
