import { redirect } from 'next/navigation';

export default function Route(): never {
  redirect('/settings/profile');
}
