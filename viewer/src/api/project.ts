import type { ChangeSet } from '../model/change'
import type { LabelClass } from '../model/ontology'
import type { Project, Scene } from '../model/scene'
import { type CommitReply, client, dataOf, type Job, type SceneSummary, type SessionInfo } from './client'

/** The endpoints beside those of a scene. */
export const projectApi = {
  session: () => dataOf<SessionInfo>(client.GET('/api/session')),

  introduce: (name: string) => dataOf<SessionInfo>(client.POST('/api/session', { body: { name } })),

  get: () => dataOf<Project>(client.GET('/api/project')),

  send: (set: ChangeSet) => dataOf<CommitReply>(client.POST('/api/project/changes', { body: set })),

  addClass: (title: string, clientId: string) =>
    dataOf<LabelClass>(
      client.POST('/api/ontology/classes', {
        body: { title, client_id: clientId, geometries: [], attributes: [], guideline: '' },
      }),
    ),

  scenes: () => dataOf<readonly SceneSummary[]>(client.GET('/api/scenes')),

  addScene: (title: string, clientId: string) =>
    dataOf<Scene>(client.POST('/api/scenes', { body: { title, client_id: clientId } })),

  deleteScene: (scene: string) =>
    dataOf<CommitReply>(client.DELETE('/api/scenes/{scene}', { params: { path: { scene } } })),

  jobs: (scene?: string) =>
    dataOf<readonly Job[]>(client.GET('/api/jobs', { params: { query: scene ? { scene } : {} } })),

  job: (job: string) => dataOf<Job>(client.GET('/api/jobs/{job}', { params: { path: { job } } })),

  cancelJob: (job: string) => dataOf<Job>(client.DELETE('/api/jobs/{job}', { params: { path: { job } } })),
}
