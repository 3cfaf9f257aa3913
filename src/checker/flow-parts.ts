/** What is found in a flow wherever it stands. */
import type { Condition, FlowDefinition, Option, State } from '../language/flow.ts'

export function optionsOf(state: State): readonly Option[] {
  if (state.kind === 'offer') return state.options
  return state.kind === 'run' ? [state.option] : []
}

/** Every condition of a flow: first what must hold, then what is decided, each in file order. */
export function conditionsOf(definition: FlowDefinition): Condition[] {
  const states = Object.values(definition.states).flatMap((state) => {
    const lists = 'on' in state ? Object.values(state.on) : []
    const own = state.kind === 'offer' ? state.skip : state.kind === 'decide' ? state.branches : []
    const rules = optionsOf(state).flatMap(({ params }) =>
      Object.values(params).filter((value) => typeof value === 'object'),
    )
    return [...own, ...lists.flat()]
      .flatMap(({ when }) => when ?? [])
      .concat(rules.flat().map((rule) => rule.when))
  })
  const properties = definition.properties.flatMap((property) => [
    ...('when' in property && property.when ? [property.when] : []),
    ...('holds' in property ? [property.holds] : []),
  ])
  return [...properties, ...definition.assume, ...states]
}
