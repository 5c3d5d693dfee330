import { addMemberRequest, changeRoleRequest } from '@chatplatform/contracts/http/chat';
import { principalOf } from '@chatplatform/kit/access';
import { parseWith } from '@chatplatform/kit/http';
import type { Router } from 'express';
import { addMember } from '../../core/commands/add-member.ts';
import type { AddMemberDeps } from '../../core/commands/add-member.ts';
import { changeRole } from '../../core/commands/change-role.ts';
import type { ChangeRoleDeps } from '../../core/commands/change-role.ts';
import { removeMember } from '../../core/commands/remove-member.ts';
import type { RemoveMemberDeps } from '../../core/commands/remove-member.ts';
import { listMembers, viewOfMember } from '../../core/queries/list-members.ts';
import type { ListMembersDeps } from '../../core/queries/list-members.ts';
import { presentMember, presentMembers } from '../presenters.ts';
import { idOf } from './parameters.ts';

export type MemberRouteDeps = ListMembersDeps & AddMemberDeps & RemoveMemberDeps & ChangeRoleDeps;

export function addMemberRoutes(router: Router, deps: MemberRouteDeps): void {
  router.get('/:channelId/members', async (req, res) => {
    const members = await listMembers(deps, idOf(req.params.channelId), principalOf(req).userId);
    res.json(presentMembers(members));
  });

  router.post('/:channelId/members', async (req, res) => {
    const { userId } = parseWith(addMemberRequest, req.body);
    const channelId = idOf(req.params.channelId);
    const actorId = principalOf(req).userId;
    const { membership, added } = await addMember(deps, { channelId, actorId, userId });
    res.status(added ? 201 : 200).json(presentMember(viewOfMember(membership, actorId)));
  });

  router.put('/:channelId/members/:userId', async (req, res) => {
    const { role } = parseWith(changeRoleRequest, req.body);
    const channelId = idOf(req.params.channelId);
    const userId = idOf(req.params.userId);
    const actorId = principalOf(req).userId;
    const membership = await changeRole(deps, { channelId, actorId, userId, role });
    res.json(presentMember(viewOfMember(membership, actorId)));
  });

  router.delete('/:channelId/members/:userId', async (req, res) => {
    const channelId = idOf(req.params.channelId);
    const userId = idOf(req.params.userId);
    await removeMember(deps, { channelId, actorId: principalOf(req).userId, userId });
    res.status(204).end();
  });
}
