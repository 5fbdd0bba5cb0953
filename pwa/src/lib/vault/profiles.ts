import { newId } from '../casework/ids';
import { openProfilesDb, type Profile, type ProfilesDb } from './schema';

/** The users enrolled on this phone. Holds opaque ids and self-chosen initials only. */
export class Profiles {
  readonly #db: ProfilesDb;

  private constructor(db: ProfilesDb) {
    this.#db = db;
  }

  static async open(): Promise<Profiles> {
    return new Profiles(await openProfilesDb());
  }

  /** Every slot, also those signed out. */
  all(): Promise<Profile[]> {
    return this.#db.getAll('profiles');
  }

  /** The slot last used, or '' on a new phone. */
  async last(): Promise<string> {
    return (await this.#db.get('choices', 'last')) ?? '';
  }

  /** Remembers the slot in use. */
  async choose(slot: string): Promise<void> {
    await this.#db.put('choices', slot, 'last');
  }

  /** The slot of a user, made when there is none. The same user keeps their slot, and so their sealed unsent work. */
  async slotFor(user: string, initials: string): Promise<string> {
    const known = (await this.all()).find((profile) => profile.user === user);
    const slot = known?.slot ?? newId();
    await this.#db.put('profiles', { slot, initials, user, signedOut: false });
    return slot;
  }

  /** Takes a slot off the lock screen. */
  async signOut(slot: string): Promise<void> {
    const profile = await this.#db.get('profiles', slot);
    if (profile !== undefined) await this.#db.put('profiles', { ...profile, signedOut: true });
  }

  close(): void {
    this.#db.close();
  }
}
