import { settle } from './fake-time'

/** Declared here, since all of Node's types would let the sources use them too. */
declare const process: {
  getBuiltinModule(name: 'node:v8'): { setFlagsFromString(flags: string): void }
  getBuiltinModule(name: 'node:vm'): { runInNewContext(code: string): () => void }
}

/** Frees objects without references. */
export async function collectGarbage() {
  process.getBuiltinModule('node:v8').setFlagsFromString('--expose-gc')
  const collect = process.getBuiltinModule('node:vm').runInNewContext('gc')
  for (let round = 0; round < 3; round++) {
    await settle(2)
    collect()
  }
}
