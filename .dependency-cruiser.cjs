const { builtinModules } = require('node:module')

/**
 * The modules of a package, and the modules each may import besides itself (docs/design.md). A module is a file or a folder
 * of that name in the package's `src`; a file that belongs to none has no place there.
 */
function moduleRules(name, modules) {
  const source = `^packages/${name}/src/`
  const inModules = (names) => `${source}(${names.join('|')})([.]tsx?$|/)`
  return [
    {
      name: `${name}-modules`,
      comment: `packages/${name}/src holds the modules of docs/design.md, and nothing else.`,
      severity: 'error',
      from: {},
      to: { path: source, pathNot: [`${source}index[.]ts$`, inModules(Object.keys(modules))] },
    },
    ...Object.entries(modules).map(([module, allowed]) => ({
      name: `${name}-${module.replaceAll('/', '-')}`,
      comment: `packages/${name}: the module "${module}" imports ${allowed.join(', ') || 'no other module'}. Move the code, or the border in docs/design.md.`,
      severity: 'error',
      from: { path: inModules([module]) },
      to: { path: source, pathNot: inModules([module, ...allowed]) },
    })),
  ]
}

const coreGround = ['types', 'errors', 'guarded', 'backoff']
const coreBorders = moduleRules('core', {
  types: ['errors'],
  errors: [],
  guarded: [],
  backoff: [],
  environment: coreGround,
  merge: coreGround,
  session: [...coreGround, 'environment', 'merge'],
  client: [...coreGround, 'environment', 'merge', 'session', 'sources/stream-url'],
  'sources/stream-url': coreGround,
  'sources/http': [...coreGround, 'environment'],
  sources: [...coreGround, 'environment'],
  dialects: [...coreGround, 'sources/http'],
  fold: [...coreGround, 'client', 'marks'],
  marks: coreGround,
  blocks: ['fold'],
  'react-native': [...coreGround, 'environment'],
  smooth: [...coreGround, 'environment', 'client'],
  tabs: [...coreGround, 'environment', 'session/check-source'],
  testing: [...coreGround, 'environment', 'sources'],
})

const serverGround = ['errors', 'environment']
const serverBase = [...serverGround, 'store', 'events', 'timing', 'options']
const serverBorders = moduleRules('server', {
  errors: [],
  environment: [],
  store: ['errors'],
  events: ['errors', 'environment', 'store'],
  timing: ['environment'],
  options: [...serverGround, 'store', 'events', 'timing'],
  heads: serverBase,
  reading: [...serverBase, 'heads'],
  run: [...serverBase, 'heads', 'reading'],
  runtime: [...serverBase, 'heads', 'reading', 'run'],
  'http/wire-names': [],
  'http/encoders': [...serverBase, 'reading', 'http/wire-names'],
  'http/response': [...serverBase, 'reading', 'run', 'runtime', 'http/wire-names', 'http/encoders'],
  'http/request': [...serverBase, 'run', 'http/wire-names', 'http/response'],
  http: [...serverBase, 'reading', 'run', 'runtime'],
  streams: [...serverBase, 'reading', 'run', 'http'],
  'create-streams': [...serverBase, 'runtime', 'streams', 'reading', 'run', 'http'],
  'options/check-options': ['errors'],
  stores: ['errors', 'store', 'timing', 'options/check-options'],
  storekit: ['errors', 'store', 'stores'],
  testkit: ['errors', 'store'],
})

/** Each binding, and the packages it stands on besides the core. */
const bindings = {
  react: ['react', '@types/react', 'nanostores', '@nanostores/react'],
  vue: ['vue', '@vue/[^/]+', 'nanostores', '@nanostores/vue'],
  svelte: ['svelte', 'nanostores'],
  solid: ['solid-js', 'nanostores'],
}

const bindingBorders = Object.entries(bindings).map(([name, packages]) => ({
  name: `binding-${name}`,
  comment: `packages/${name} imports the core's entry, its framework and nanostores: everything else belongs in the core.`,
  severity: 'error',
  from: { path: `^packages/${name}/src/` },
  to: {
    pathNot: [
      `^packages/${name}/src/`,
      '^packages/core/(src/index[.]ts|dist/index[.](js|d[.]ts))$',
      `(^|/)node_modules/(${packages.join('|')})/`,
    ],
  },
}))

/** The modules of the Convex package: what all hooks share, and one hook for each framework. */
const convexShared = '^packages/convex/src/(?!(react|vue|svelte|solid)[.]ts$)'
const convexHooks = {
  react: ['react', '@types/react', 'convex'],
  vue: ['vue', '@vue/[^/]+'],
  svelte: ['svelte'],
  solid: ['solid-js'],
}

const convexBorders = [
  {
    name: 'convex-shared',
    comment: 'What the hooks of packages/convex share imports the core’s entry and Convex, and no framework.',
    severity: 'error',
    from: { path: convexShared },
    to: {
      pathNot: [convexShared, '^packages/core/(src/index[.]ts|dist/index[.](js|d[.]ts))$', '(^|/)node_modules/convex/'],
    },
  },
  ...Object.entries(convexHooks).map(([name, packages]) => ({
    name: `convex-${name}`,
    comment: `packages/convex/src/${name}.ts imports what the hooks share, the core's entry, its binding and its framework.`,
    severity: 'error',
    from: { path: `^packages/convex/src/${name}[.]ts$` },
    to: {
      pathNot: [
        convexShared,
        `^packages/(core|${name})/(src/index[.]ts|dist/index[.](js|d[.]ts))$`,
        `(^|/)node_modules/(convex/dist/[^/]+/(server|values)|${packages.join('|')})/`,
      ],
    },
  })),
]

/** The playground's panes stand side by side, one folder for each framework, to be compared file by file. */
const panes = '^playground/src/panes/'
const framework = '(react|vue|svelte|solid)'

const paneBorders = [
  {
    name: 'panes-stand-alone',
    comment: 'A pane imports its own folder, what all panes share, and the binding of its framework.',
    severity: 'error',
    from: { path: `${panes}${framework}/` },
    to: {
      path: '^(playground|packages)/',
      pathNot: [`${panes}($1/|shared/|pane-view[.]ts$)`, '^playground/shared/', '^packages/$1/src/index[.]ts$'],
    },
  },
  {
    name: 'panes-share-no-framework',
    comment: 'What all panes share is plain TypeScript.',
    severity: 'error',
    from: { path: `${panes}(shared/|[^/]+[.]ts$)` },
    to: { path: `^packages/${framework}/|(^|/)node_modules/(react|react-dom|vue|@vue|svelte|solid-js)/` },
  },
  {
    name: 'page-knows-no-pane',
    comment: 'The page loads a pane through panes/frameworks, and gives it what panes/pane-view says.',
    severity: 'error',
    from: { path: '^playground/src/', pathNot: [`${panes}frameworks[.]ts$`, `${panes}${framework}/`] },
    to: { path: `${panes}${framework}/` },
  },
]

const node = `^(node:)?(${builtinModules.filter((name) => !name.startsWith('_')).join('|')})$`

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'packages-declare-what-they-import',
      comment: 'What a published package imports stands in its dependencies or peerDependencies.',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only', 'npm-peer'] },
    },
    {
      name: 'packages-stand-alone',
      comment: 'A package imports neither the playground nor the tests, nor the inside of another package.',
      severity: 'error',
      from: { path: '^packages/([^/]+)/src/' },
      to: {
        path: '^(playground|tests|packages)/',
        pathNot: ['^packages/$1/', '^packages/((core|react|vue|svelte|solid)/src|core/src/marks)/index[.]ts$'],
      },
    },
    ...coreBorders,
    {
      name: 'core-sse-parser',
      comment: 'Only sources/http/read-sse imports eventsource-parser.',
      severity: 'error',
      from: { path: '^packages/core/src/', pathNot: '^packages/core/src/sources/http/read-sse[.]ts$' },
      to: { path: '(^|/)node_modules/eventsource-parser/' },
    },
    {
      name: 'core-markdown-parser',
      comment: 'Only blocks imports @lezer/markdown, which is an optional peer.',
      severity: 'error',
      from: { path: '^packages/core/src/', pathNot: '^packages/core/src/blocks/' },
      to: { path: '(^|/)node_modules/@lezer/' },
    },
    {
      name: 'core-nanostores',
      comment: 'Only what makes streams imports nanostores.',
      severity: 'error',
      from: { path: '^packages/core/src/', pathNot: '^packages/core/src/(client|fold|smooth)/' },
      to: { path: '(^|/)node_modules/nanostores/' },
    },
    {
      name: 'core-runs-everywhere',
      comment: 'The core runs in browsers: no module of Node.',
      severity: 'error',
      from: { path: '^packages/core/src/' },
      to: { dependencyTypes: ['core'] },
    },
    ...bindingBorders,
    ...convexBorders,
    {
      name: 'ai-sdk-stands-alone',
      comment:
        'packages/ai-sdk reads the AI SDK by its shape: at run time it imports the marks of the core, and nothing else.',
      severity: 'error',
      from: { path: '^packages/ai-sdk/src/(?!client/)' },
      to: { pathNot: ['^packages/ai-sdk/src/', '^packages/core/(src|dist)/marks/index[.](ts|js|d[.]ts)$'] },
    },
    {
      name: 'ai-sdk-client-stands-alone',
      comment: 'The client of packages/ai-sdk imports the core and its marks, and no module of the AI SDK.',
      severity: 'error',
      from: { path: '^packages/ai-sdk/src/client/' },
      to: {
        pathNot: ['^packages/ai-sdk/src/client/', '^packages/core/(src|dist)/(marks/)?index[.](ts|js|d[.]ts)$'],
      },
    },
    {
      name: 'server-entry-runs-everywhere',
      comment:
        'The main entry of @keepstream/server runs wherever Request and Response do: it reaches no module of Node.',
      severity: 'error',
      from: { path: '^packages/server/src/index[.]ts$' },
      to: { path: node, reachable: true },
    },
    ...serverBorders,
    {
      name: 'server-one-store',
      comment:
        'Only runtime.ts has the store as it was given. All other modules call the one that monitored-store returns.',
      severity: 'error',
      from: { path: '^packages/server/src/', pathNot: '^packages/server/src/runtime[.]ts$' },
      to: {
        path: '^packages/server/src/(reading/monitored-store|options/create-streams-options)[.]ts$',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'server-one-check',
      comment: 'Only monitored-store checks what the store returns.',
      severity: 'error',
      from: { path: '^packages/server/src/', pathNot: '^packages/server/src/reading/monitored-store[.]ts$' },
      to: { path: '^packages/server/src/store/checked-store[.]ts$' },
    },
    ...paneBorders,
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(packages/[^/]+|playground)/dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['types', 'import', 'default'] },
  },
}
