import './scene-skeleton.css'

/** What stands in place of a scene while it is opened: its outline, so that nothing jumps when it comes. */
export function SceneSkeleton() {
  return (
    <main class="skeleton" aria-busy="true" aria-label="Opening the scene">
      <p class="unseen" role="status">
        Opening the scene
      </p>
      <div class="skeleton-bar">
        <a href="#/">All scenes</a>
        <i />
        <i />
      </div>
      <div class="skeleton-rail" aria-hidden="true">
        {Array.from({ length: 9 }, (_, at) => (
          <i key={at} />
        ))}
      </div>
      <div class="skeleton-map" />
      <div class="skeleton-side" aria-hidden="true">
        {Array.from({ length: 8 }, (_, at) => (
          <i key={at} style={{ width: `${52 + ((at * 37) % 40)}%` }} />
        ))}
      </div>
    </main>
  )
}
