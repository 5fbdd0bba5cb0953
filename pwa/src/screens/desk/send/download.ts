/** Gives a file to the browser to save. The name says nothing of the person; the address of the bytes is taken back at once. */
export function saveAs(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  const link = Object.assign(document.createElement('a'), { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  // The browser has the bytes once the click has been handled; some take a moment longer.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
