/** What things of an organisation are called where those of several stand side by side: `acme/thrift`. */
import type { Report } from '../checker/report.ts'
import type { Problem } from '../language/problem.ts'
import { defaultOrganisation } from '../language/settings.ts'

/** What is of `default` keeps its name. */
export function nameIn(organisation: string, name: string): string {
  return organisation === defaultOrganisation ? name : `${organisation}/${name}`
}

export function problemIn(organisation: string, problem: Problem): Problem {
  return { ...problem, place: placeIn(organisation, problem.place) }
}

export function reportIn(organisation: string, report: Report): Report {
  return {
    ...report,
    flow: nameIn(organisation, report.flow),
    file: nameIn(organisation, report.file),
    verdicts: report.verdicts.map((verdict) => ({
      ...verdict,
      place: placeIn(organisation, verdict.place),
    })),
  }
}

function placeIn<P extends { readonly file: string }>(organisation: string, place: P): P {
  return { ...place, file: nameIn(organisation, place.file) }
}
