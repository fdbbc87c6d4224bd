import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import { arrange, open } from "@/test/app";

it("shows every piece while pages are built", async () => {
  arrange();
  open("/design");
  expect(await screen.findByRole("heading", { name: "Colours by role" })).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "a window" }));
  expect(screen.getByRole("dialog", { name: "A window" })).toBeVisible();
});
