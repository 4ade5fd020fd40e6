// The plans of one building, and which of them lies on the map. Whoever may not see any has none.

import type { Api } from '../api';
import type { Corners } from './lying';
import type { Plan } from './points';

export interface FloorPlan {
  id: string;
  label: string;
  width: number;
  height: number;
  mark: string;
  corners: Corners | null;
  version: number;
}

export interface FloorPlanList {
  items: FloorPlan[];
  most: number;
  may_edit: boolean;
}

/** `of` is the address of a site or an incident: `/accounts/a1`. */
export function pictureOf(of: string, plan: Pick<FloorPlan, 'id' | 'mark'>): string {
  return `/api/v1${of}/floor-plans/${encodeURIComponent(plan.id)}/picture?${plan.mark}`;
}

export class Floors {
  items = $state.raw<readonly FloorPlan[]>([]);
  chosen = $state<string | null>(null);
  private of = '';

  readonly plans = $derived.by<Plan[]>(() => {
    const one = this.items.find(({ id }) => id === this.chosen);
    return one?.corners ? [{ id: `${one.id}-${one.mark}`, url: pictureOf(this.of, one), corners: one.corners }] : [];
  });

  /** Null: of nothing. The first one lies there at once: in a fire nobody looks for a button. */
  async read(api: Api, of: string | null): Promise<void> {
    if (of === this.of) return;
    this.of = of ?? '';
    this.items = [];
    this.chosen = null;
    if (of === null) return;
    const found = await api.get<FloorPlanList>(`${of}/floor-plans`).catch(() => null);
    if (found === null || this.of !== of) return;
    this.items = found.items.filter(({ corners }) => corners !== null);
    this.chosen = this.items[0]?.id ?? null;
  }
}
