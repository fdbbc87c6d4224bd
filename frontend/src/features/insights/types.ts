import type { components } from "@/api/schema";

type Schemas = components["schemas"];

export type Insights = Schemas["InsightsOut"];
export type SiteInsights = Schemas["SiteInsights"];
export type Recommendation = Schemas["InsightRecommendation"];
export type Action = Schemas["InsightAction"];
export type NewAction = Schemas["ActionIn"];
