import { newId } from '../casework/ids';
import { Connection } from './connection';
import { markInUse, wasInUse } from './marker';
import { openProfilesDb, type Profile, type ProfilesDb } from './schema';

/** The users enrolled on this phone. Holds opaque ids and self-chosen initials only. */
export class Profiles {
  readonly #db: Connection<ProfilesDb>;

  private constructor(db: Connection<ProfilesDb>) {
    this.#db = db;
  }

  static async open(): Promise<Profiles> {
    return new Profiles(await Connection.open(openProfilesDb));
  }

  /** Every slot, also those signed out. */
  all(): Promise<Profile[]> {
    return this.#db.use((db) => db.getAll('profiles'));
  }

  /** The slot last used, or '' on a new phone. */
  async last(): Promise<string> {
    return (await this.#db.use((db) => db.get('choices', 'last'))) ?? '';
  }

  /** Remembers the slot in use. */
  async choose(slot: string): Promise<void> {
    await this.#db.use((db) => db.put('choices', slot, 'last'));
  }

  /** The slot of a user, made when there is none. The same user keeps their slot, and so their sealed unsent work. */
  async slotFor(user: string, initials: string): Promise<string> {
    const known = (await this.all()).find((profile) => profile.user === user);
    const slot = known?.slot ?? newId();
    // Until the set-up is whole a new slot is not offered: its lock would open nothing. Signing in again goes on with it.
    await this.#put({ slot, initials, user, signedOut: known?.signedOut ?? true });
    return slot;
  }

  /** Puts a slot on the lock screen, once its set-up is whole. */
  async finish(slot: string): Promise<void> {
    const profile = await this.#db.use((db) => db.get('profiles', slot));
    if (profile !== undefined) await this.#put({ ...profile, signedOut: false });
    markInUse();
  }

  /** True when this phone was set up once and the browser has thrown its store away since. */
  async lost(): Promise<boolean> {
    return wasInUse() && (await this.all()).length === 0;
  }

  async #put(profile: Profile): Promise<void> {
    await this.#db.use((db) => db.put('profiles', profile));
  }

  /** Takes a slot off the lock screen. */
  async signOut(slot: string): Promise<void> {
    const profile = await this.#db.use((db) => db.get('profiles', slot));
    if (profile !== undefined) await this.#put({ ...profile, signedOut: true });
  }

  close(): void {
    this.#db.close();
  }
}
