import type { MountPane } from './pane-view'

/** The frameworks that can render a pane. The first one is the default. */
export const frameworks = ['react', 'vue', 'svelte', 'solid'] as const

export type Framework = (typeof frameworks)[number]

export const frameworkNames: Record<Framework, string> = {
  react: 'React',
  vue: 'Vue',
  svelte: 'Svelte',
  solid: 'Solid',
}

/** Only the chosen framework is downloaded. */
export function loadPane(framework: Framework): Promise<{ mountPane: MountPane }> {
  switch (framework) {
    case 'react':
      return import('./react/mount')
    case 'vue':
      return import('./vue/mount')
    case 'svelte':
      return import('./svelte/mount.svelte')
    case 'solid':
      return import('./solid/mount')
  }
}

export function toFramework(name: string | null): Framework {
  return frameworks.find((framework) => framework === name) ?? frameworks[0]
}
