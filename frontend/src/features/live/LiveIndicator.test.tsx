import { act, render, screen } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";
import { FakeSocket } from "@/test/fakeSocket";
import { LiveIndicator } from "./LiveIndicator";
import { LiveProvider } from "./LiveProvider";

const deaf = { onEvents: () => undefined, onReset: () => undefined, onRefused: () => undefined };

beforeEach(() => {
  vi.useFakeTimers();
  render(
    <LiveProvider listener={deaf}>
      <LiveIndicator />
    </LiveProvider>,
  );
});

const shown = () => document.querySelector("[data-live]")?.textContent;

it("counts how old the page is, and speaks only of the change", () => {
  expect(shown()).toContain("Connecting…");
  act(() => FakeSocket.newest.say({ type: "hello", resume: "1" }));
  expect(shown()).toContain("Live");
  expect(screen.getByRole("status")).toHaveTextContent("");

  act(() => FakeSocket.newest.break());
  act(() => vi.advanceTimersByTime(12_000));
  expect(shown()).toContain("Stale since 12 sec");
  expect(screen.getByRole("status")).toHaveTextContent("The connection was lost.");
  act(() => vi.advanceTimersByTime(5_000));
  expect(shown()).toContain("Stale since 17 sec");

  act(() => vi.advanceTimersByTime(60_000));
  expect(shown()).toContain("Offline since 1 min");

  act(() => FakeSocket.newest.say({ type: "hello", resume: "2" }));
  expect(shown()).toContain("Live");
  expect(screen.getByRole("status")).toHaveTextContent("Live again.");
});
