/** What a binding is known not to do, by the key of the scenario. */
export const gaps = {
  react: [],
  react18: [],
  vue: [],
  svelte: [],
  svelte4: [],
  solid: [],
} satisfies Record<string, readonly string[]>
