/** How bright the viewer is; `system` follows the machine. */
export type Theme = 'dark' | 'light' | 'system'

export const Theme = {
  /** Give a page (its root element) a theme; returns what ends following the machine. */
  apply(root: HTMLElement, theme: Theme): () => void {
    if (theme !== 'system') {
      root.dataset.theme = theme
      return () => {}
    }
    const asked = matchMedia('(prefers-color-scheme: light)')
    const follow = () => {
      root.dataset.theme = asked.matches ? 'light' : 'dark'
    }
    follow()
    asked.addEventListener('change', follow)
    return () => asked.removeEventListener('change', follow)
  },
}
