import { screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { arrange, open } from "@/test/app";
import { refusal } from "@/test/server";
import type { Condition, Part } from "./api";

const part = (change: Partial<Part> = {}): Part => ({
  name: "database",
  state: "ok",
  words: "PostgreSQL 18.1 answers.",
  to_do: null,
  figures: [
    { name: "size", value: 7_300_000_000, unit: "bytes", at: null },
    { name: "round_trip", value: 0.4, unit: "ms", at: null },
  ],
  ...change,
});

const condition = (parts: Part[], state: Condition["state"]): Condition => ({
  as_of: new Date().toISOString(),
  state,
  parts,
  programs: [{ name: "api", memory_bytes: 183_000_000, since: new Date().toISOString() }],
});

const models = {
  available_models: [{ name: "smollm2:135m", size: "145MB", status: "ready", gpu_share: null }],
  roles: { narrator: "smollm2:135m" },
  narrations: { shown: 31, cut_short: 2, refused: 7, too_slow: 0, away: 1 },
};

it("tells each part with its figures, and what is wrong with what mends it", async () => {
  const worker = part({
    name: "worker",
    state: "critical",
    words: "The worker does not run.",
    to_do: "See logs/worker.log.",
    figures: [
      { name: "behind:detection", value: 75, unit: "s", at: null },
      { name: "worker", value: null, unit: "s", at: new Date(Date.now() - 600_000).toISOString() },
      { name: "response", value: null, unit: "ms", at: null },
      { name: "drilled", value: null, unit: "s", at: null },
    ],
  });
  arrange()
    .on("GET /api/status", condition([part(), worker], "critical"))
    .on("GET /api/ai/status", models);
  open("/status");
  expect(await screen.findByText("Something does not work")).toBeVisible();
  expect(screen.getByText("1 part of the installation wants attention")).toBeVisible();
  expect(screen.getByText("7.3 GB")).toBeVisible();
  expect(screen.getByText("Detection behind by")).toBeVisible();
  expect(screen.getByText("1 min 15 sec")).toBeVisible();
  expect(screen.getByText("10 min. ago")).toBeVisible();
  expect(screen.getByText("not measured")).toBeVisible();
  expect(screen.getByText("never")).toBeVisible();
  expect(screen.getByText(/See logs\/worker.log/)).toBeVisible();
  expect(screen.getByText("183 MB")).toBeVisible();
  expect(await screen.findByText("answers for narrator")).toBeVisible();
  const words = screen.getByRole("region", { name: "Words of a model for answers" });
  expect(words).toHaveTextContent("Refused7");
});

it("says what went wrong", async () => {
  arrange()
    .on("GET /api/status", () => refusal(500))
    .on("GET /api/ai/status", models);
  open("/status");
  expect(await screen.findByRole("alert")).toBeVisible();
});
