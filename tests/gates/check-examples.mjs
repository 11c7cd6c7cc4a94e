import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from '../runner/run-command.mjs'
import { runTsc } from './run-tsc.mjs'

/**
 * Compiles the examples in a folder as a reader's project would: in strict mode, against the built packages.
 *
 * @param {'react' | 'solid'} framework
 * @param {string} folder an absolute path, inside a project whose `node_modules` has the packages
 */
export async function checkExamples(framework, folder) {
  const project = join(folder, 'tsconfig.json')
  await writeFile(project, JSON.stringify(configuration(framework), undefined, 2))
  return runTsc(project)
}

/** @param {'react' | 'solid'} framework */
function configuration(framework) {
  const jsx = framework === 'solid' ? { jsx: 'preserve', jsxImportSource: 'solid-js' } : { jsx: 'react-jsx' }
  return {
    extends: join(root, 'tsconfig.base.json'),
    compilerOptions: { paths: {}, ...jsx, types: ['node'] },
    include: ['**/*.ts', '**/*.tsx'],
  }
}
