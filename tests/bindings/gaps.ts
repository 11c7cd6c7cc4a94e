/** What a binding is known not to do, by the key of the scenario. */
export const gaps = {
  react: [],
  react18: [],
  vue: [],
  svelte: ['initial-differs'],
  svelte4: ['initial-differs'],
  solid: [],
} satisfies Record<string, readonly string[]>
