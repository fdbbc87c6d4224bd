import { formatSpan } from "@/lib/format";
import { m } from "@/messages";
import type { Rule } from "./types";

const list = new Intl.ListFormat(undefined, { type: "conjunction" });
const words = m.alerts.rule;

/** A rule as one sentence: of what, where, to whom. */
export function describeRule(
  rule: Rule,
  channelName: (id: string) => string,
  typeName: (type: string) => string,
): string {
  const categories = rule.categories.map((one) => categoryName(one).toLowerCase());
  const parts = [
    words.said[rule.severity_min],
    categories.length > 0 && words.ofCategories(list.format(categories)),
    rule.types.length > 0 && words.ofTypes(list.format(rule.types.map(typeName))),
    rule.tags.length > 0 && words.withTags(list.format(rule.tags)),
    rule.site_ids.length > 0 && words.atSites(rule.site_ids.length),
    rule.opening === "open" && words.whileOpen,
    rule.opening === "closed" && words.whileClosed,
    rule.hours.length > 0 && words.atHours,
    rule.channel_ids.length > 0 && words.toChannels(list.format(rule.channel_ids.map(channelName))),
    ".",
  ];
  return parts.filter(Boolean).join("");
}

export function describeEscalation(rule: Rule): string | null {
  const minutes = rule.escalate_after_min;
  return minutes === null ? null : words.thenAfter(formatSpan(minutes * 60, "exact"));
}

export function categoryName(category: string): string {
  const names: Record<string, string> = m.incidents.category;
  return names[category] ?? category;
}
