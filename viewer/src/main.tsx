import { render } from 'preact'

render(<h1>geo3d</h1>, document.getElementById('app')!)
