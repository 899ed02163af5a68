/** Notifications in a workbench that is driven from outside: there no toasts come up, but the centre lists them. */
import { patience, type Workbench } from "./workbench";

/** Waits until a notification with this text is listed; leaves the list open. */
export async function waitForNotification(workbench: Workbench, text: string | RegExp): Promise<void> {
  const { page } = workbench;
  const listed = page.locator(".notifications-center .notification-list-item").filter({ hasText: text });
  const deadline = Date.now() + patience;
  while (Date.now() < deadline) {
    if (!(await page.locator(".notifications-center").isVisible())) {
      await workbench.runCommand("Notifications: Show Notifications");
    }
    if ((await listed.count()) > 0) return;
    await page.waitForTimeout(300);
  }
  await workbench.screenshot("no-notification");
  throw new Error(`no notification says ${String(text)}`);
}

/** Presses a button of the notification with this text. */
export async function pressInNotification(workbench: Workbench, text: string, button: string): Promise<void> {
  await waitForNotification(workbench, text);
  const row = workbench.page
    .locator(".notifications-center .monaco-list-row")
    .filter({ hasText: text })
    .first();
  await row.click();
  await row.locator(".monaco-button, .monaco-text-button").filter({ hasText: button }).first().click();
}
